"""The whole HTTP surface on one screen."""

from service.routes.account import me
from service.routes.ask import ask
from service.routes.conversations import (
    delete_conversation,
    list_conversations,
    open_conversation,
    rename_conversation,
    stop_answer,
)
from service.routes.health import health
from service.routes.menu import menu_top
from service.routes.orders import order_by_number, orders_recent
from service.routes.revenue import revenue_daily

ROUTES = [
    ask,  # POST /ai/ask
    list_conversations,  # GET /chat/conversations
    open_conversation,  # GET /chat/conversations/{id}
    rename_conversation,  # PATCH
    delete_conversation,  # DELETE
    stop_answer,  # POST /chat/conversations/{id}/stop
    revenue_daily,  # GET /revenue/daily
    menu_top,  # GET /menu/top
    orders_recent,  # GET /orders/recent
    order_by_number,  # GET /orders/{number}
    me,  # GET /me
    health,  # GET /health
]
