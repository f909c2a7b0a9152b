import useSWR from "swr";
import { getJson } from "@/lib/api";
import { useSignedIn } from "@/lib/session";

export interface Restaurant {
  name: string;
  currency: string;
  timeZone: string;
  /** The day it is there, 2026-11-22. */
  today: string;
}

export interface Account {
  email: string | null;
  restaurant: Restaurant;
}

export function useAccount() {
  return useSWR<Account, Error>(useSignedIn() ? "/me" : null, getJson);
}
