import useSWR from "swr";
import { getJson } from "@/lib/api";

/** What a card shows of an address; the last answer stays in sight while the next is fetched. */
export function useNumbers<Data>(path: string): {
  data: Data | undefined;
  error: Error | undefined;
  retry: () => void;
} {
  const { data, error, mutate } = useSWR<Data, Error>(path, getJson, { keepPreviousData: true });
  return { data, error, retry: () => void mutate() };
}
