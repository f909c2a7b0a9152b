/** Where to go after signing in: an address of this site, or home. */
export function returnTo(given: string | string[] | undefined): string {
  if (typeof given !== "string") return "/";
  try {
    const here = new URL("https://here.invalid");
    const there = new URL(given, here);
    return there.origin === here.origin ? there.pathname + there.search + there.hash : "/";
  } catch {
    return "/";
  }
}
