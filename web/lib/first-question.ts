/** A question that was typed on another page and is to be asked as soon as the chat is there. */
let waiting: string | null = null;

export function leaveQuestion(question: string): void {
  waiting = question;
}

export function takeQuestion(): string | null {
  const taken = waiting;
  waiting = null;
  return taken;
}
