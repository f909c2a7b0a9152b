/** How numbers and days are written, in one place. The words are English (lib/strings.ts); of the two ways in which
 * English writes a day, the restaurant's currency chooses, by the same rule as the service reads days in an answer. */

/** The language tag for Intl: dollars of the United States write November 22, 2026, everyone else 22 November 2026. And
 * a foreign mark is told apart from one's own: A$ is never a bare dollar sign. */
export function languageOf(currency: string): "en-US" | "en-GB" {
  return currency === "USD" ? "en-US" : "en-GB";
}

const whole = new Intl.NumberFormat("en");

/** 1,234: alike in every English. */
export function count(value: number): string {
  return whole.format(value);
}

export function plural(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
