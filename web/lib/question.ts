export const LONGEST_QUESTION = 4096;

const encoder = new TextEncoder();

/** As the service counts it: in bytes, without the blanks around it. */
export function questionBytes(question: string): number {
  return encoder.encode(question.trim()).length;
}
