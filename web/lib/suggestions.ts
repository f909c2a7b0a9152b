/** Questions to begin with, made of the restaurant's own menu and orders. */
import useSWR from "swr";
import { getJson } from "@/lib/api";
import { useSignedIn } from "@/lib/session";
import type { Slice } from "@/lib/slices";

export function useSuggestions(): string[] {
  const signedIn = useSignedIn();
  const menu = useSWR<Slice, Error>(signedIn ? "/menu/top?limit=3" : null, getJson);
  const orders = useSWR<{ orders: Slice }, Error>(signedIn ? "/orders/recent?limit=1" : null, getJson);
  const favourite = menu.data?.rows[0]?.item;
  const order = orders.data?.orders.rows[0]?.number;
  return [
    "How did we do yesterday?",
    "Compare this week with last week",
    favourite ? `How many ${favourite} did we sell last week?` : "What sold best last week?",
    order ? `What was in order ${order}?` : "What was our best day this month?",
  ];
}
