/** What was typed and has not been asked, by conversation, in this page's memory: it outlives a look at another
 * conversation, and the sign-in that stands between two halves of a session. */
const drafts = new Map<string, string>();

/** Conversations that have an address here while the service knows nothing of them: their question never got there. */
const unstarted = new Set<string>();

/** Where a question stands that has no conversation yet. */
export const NOWHERE = "";
/** And one that was begun beside the numbers. No conversation is called so: their ids have no dots. */
export const FROM_HOME = "home.";

/** Adds to what is kept there already. */
export function keepDraft(conversation: string, question: string): void {
  const both = joined(drafts.get(conversation) ?? "", question);
  if (both) drafts.set(conversation, both);
}

/** For whoever shows it: it is kept no longer. */
export function takeDraft(conversation: string): string {
  const draft = draftOf(conversation);
  drafts.delete(conversation);
  return draft;
}

export function draftOf(conversation: string): string {
  return drafts.get(conversation) ?? "";
}

export function markUnstarted(conversation: string): void {
  unstarted.add(conversation);
}

export function isUnstarted(conversation: string): boolean {
  return unstarted.has(conversation);
}

export function forgetDrafts(): void {
  drafts.clear();
  unstarted.clear();
}

/** Questions one below the other, the empty ones left out. */
export function joined(...questions: string[]): string {
  return questions.filter((each) => each.trim()).join("\n");
}
