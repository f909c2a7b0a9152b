/** Questions to begin with, made of the restaurant's own menu and orders. */
import useSWR from "swr";
import { getJson } from "@/lib/api";
import { useSignedIn } from "@/lib/session";
import type { Slice } from "@/lib/slices";
import { text } from "@/lib/strings";

const words = text.chat.suggested;

export function useSuggestions(): string[] {
  const signedIn = useSignedIn();
  const menu = useSWR<Slice, Error>(signedIn ? "/menu/top?limit=3" : null, getJson);
  const orders = useSWR<{ orders: Slice }, Error>(signedIn ? "/orders/recent?limit=1" : null, getJson);
  const favourite = menu.data?.rows[0]?.item;
  const order = orders.data?.orders.rows[0]?.number;
  return [
    words.yesterday,
    words.weeks,
    favourite ? words.item(String(favourite)) : words.best,
    order ? words.order(order) : words.bestDay,
  ];
}
