"""A case: what an owner asks, and what makes the last answer right. The datasets are YAML files of these; their JSON
schema is made from these classes (`python -m evals.cases` writes it), so that an editor completes and checks them."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import Evaluator, EvaluatorContext

from evals.restaurants import RESTAURANTS, restaurant
from evals.truth.figures import FIGURES, FigureName, Kind

DATASETS = Path(__file__).parent / "datasets"
SCHEMA = DATASETS / "schema.json"
_NAME = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_RANGE = r"^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$"

Restaurant = Annotated[
    str,
    AfterValidator(lambda key: restaurant(key).key),
    Field(description="A key of evals/restaurants.py", json_schema_extra={"enum": [each.key for each in RESTAURANTS]}),
]
Days = Annotated[
    str,
    # YAML reads a bare 2026-11-22 as a date.
    BeforeValidator(lambda given: given.isoformat() if isinstance(given, date) else given),
    Field(pattern=_RANGE, description="A day, 2026-11-22, or a range with both ends included, 2026-11-16..2026-11-22"),
]
Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Strict):
    """Whose owner asks what. Several questions are one conversation, and the last answer counts."""

    tenant: Restaurant
    ask: list[str] = Field(min_length=1)


class Truth(_Strict):
    """One figure that the answer has to state, counted by SQL when the case runs."""

    figure: FigureName | None = Field(default=None, description="A name from evals/truth/figures.py")
    days: Days | None = None
    against: Days | None = Field(default=None, description="The days to compare with, or the part of a share")
    item: str | None = Field(default=None, description="Part of an item's name")
    category: str | None = Field(default=None, description="Part of a category's name")
    weekdays: list[Weekday] | None = None
    by: Literal["quantity", "revenue"] = "quantity"
    place: int = Field(default=1, description="1 is the best or the newest; -1 the worst")
    status: Literal["any", "completed", "cancelled", "refunded"] = "any"
    order: int | None = None
    sql: str | None = Field(default=None, description="In the place of `figure`: one value over bills, lines and days")
    kind: Kind | None = Field(default=None, description="With `sql`: what its value is")

    @model_validator(mode="after")
    def _one_of_two(self) -> Truth:
        if (self.figure is None) == (self.sql is None) or (self.sql is None) != (self.kind is None):
            raise ValueError("give `figure`, or `sql` and `kind`")
        needs = FIGURES[self.figure].sql if self.figure else self.sql or ""
        for name, parameter in (("days", ":first"), ("against", ":other_first"), ("item", ":item"), ("order", ":order"),
                                ("category", ":category"), ("weekdays", ":weekdays")):  # fmt: skip
            if parameter in needs and getattr(self, name) is None:
                raise ValueError(f"{self.figure or 'this sql'} needs `{name}`")
        return self


class Call(_Strict):
    """A tool call that has to be made. arguments: those that matter; others may be given as well."""

    name: Literal["revenue_by_day", "top_menu_items", "recent_orders", "order_details", "compare_revenue"]
    arguments: dict[str, Any] = Field(default_factory=dict)


class Expected(_Strict):
    """What makes the last answer right. Everything is optional but one of `states`, `says`, `never_says` and
    `abstains: must`."""

    why: str | None = Field(default=None, description="What the case is there for, when it does not speak for itself")
    states: list[Truth] = Field(default_factory=list, description="Figures that the answer has to state")
    says: list[str] = Field(default_factory=list, description="Words that it has to hold; `a|b` is one or the other")
    never_says: list[str] = Field(default_factory=list, description="Words that it may not hold")
    abstains: Literal["must", "may", "never"] = Field(
        default="never", description="Whether the answer has to say that it cannot, may, or may not"
    )
    tools: list[Call] | None = Field(default=None, description="Calls that have to be made; [] is none; absent: any")
    longest: int = Field(default=1600, description="Characters of the answer")

    @model_validator(mode="after")
    def _expects_something(self) -> Expected:
        if not (self.states or self.says or self.never_says or self.abstains == "must"):
            raise ValueError("nothing is expected of the answer")
        return self


EvalCase: TypeAlias = Case[Asked, Any, Expected]
EvalDataset: TypeAlias = Dataset[Asked, Any, Expected]
Scored: TypeAlias = EvaluatorContext[Asked, Any, Expected]
Scorer: TypeAlias = Evaluator[Asked, Any, Expected]


def read_datasets(directory: Path = DATASETS) -> list[EvalDataset]:
    """In the order of their names. Raises ValueError, naming the file, when one does not match the schema."""
    return [_read(path) for path in sorted(directory.glob("*.yaml"))]


def _read(path: Path) -> EvalDataset:
    dataset = Dataset[Asked, Any, Expected].from_file(path)
    for case in dataset.cases:
        if case.metadata is None or case.name is None or not re.fullmatch(_NAME, case.name):
            raise ValueError(f"{path.name}: a case needs a name like `best-day`, and metadata: {case.name!r}")
    return dataset


class _CaseEntry(_Strict):
    """One case of a dataset."""

    name: str = Field(pattern=_NAME, description="Once in its dataset: recordings and baselines know it by this")
    inputs: Asked
    metadata: Expected


class _DatasetFile(_Strict):
    """A dataset: cases of one kind."""

    cases: list[_CaseEntry]


def schema() -> str:
    """Of a dataset's file. pydantic-evals would take evaluators there too; here every case gets every scorer."""
    return json.dumps(_DatasetFile.model_json_schema(), indent=1) + "\n"


def case_id(dataset: str, case: str) -> str:
    return f"{dataset}/{case}"


if __name__ == "__main__":
    SCHEMA.write_text(schema())
