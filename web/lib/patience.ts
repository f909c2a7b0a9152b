/** Nothing is waited for without end: what does not begin, falls silent or never finishes is given up in plain words. */
import { Problem } from "@/lib/problem";
import { text } from "@/lib/strings";

/** To the first byte. API Gateway itself gives up after 29 s. */
export const FIRST_BYTE_MS = 40_000;
/** Between two bytes. The service sends a heartbeat every ten seconds, whatever the model does. */
export const SILENCE_MS = 35_000;
/** A turn ends after 90 s by the service's own cap, waking the database included. */
export const LONGEST_ANSWER_MS = 150_000;
/** A sign-in, or a token's renewal. */
export const SIGN_IN_MS = 30_000;

/** What `start` does, or a Problem once it has been silent for too long. `alive` is called at each sign of life. */
export class Patience {
  readonly signal: AbortSignal;
  private readonly given = new AbortController();
  private silence = 0;
  private whole = 0;

  /** leave: whatever else may end it, such as a reader who does not want to wait. */
  constructor(leave?: AbortSignal | null) {
    this.signal = leave ? AbortSignal.any([leave, this.given.signal]) : this.given.signal;
    this.silence = this.after(FIRST_BYTE_MS, "timeout", text.failures.timeout);
  }

  private after(ms: number, code: string, sentence: string): number {
    return window.setTimeout(() => this.given.abort(new Problem(code, sentence)), ms);
  }

  /** The same response, given up when it falls silent in the middle or does not end. */
  watch(response: Response): Response {
    window.clearTimeout(this.silence);
    if (!response.body) return response;
    const isStream = response.headers.get("content-type")?.includes("event-stream") ?? false;
    const [code, sentence] = isStream ? ["silent", text.failures.silent] : ["timeout", text.failures.timeout];
    const wait = () => {
      window.clearTimeout(this.silence);
      this.silence = this.after(SILENCE_MS, code, sentence);
    };
    wait();
    this.whole = this.after(LONGEST_ANSWER_MS, code, sentence);
    const watched = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, out) => {
        wait();
        out.enqueue(chunk);
      },
      flush: () => this.end(),
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(watched), { status, statusText, headers });
  }

  end(): void {
    window.clearTimeout(this.silence);
    window.clearTimeout(this.whole);
  }
}

/** `work`, or a Problem when it takes longer. The work goes on unheard. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer = 0;
  const tooLong = new Promise<never>((_, refuse) => {
    timer = window.setTimeout(() => refuse(new Problem("timeout", text.failures.timeout)), ms);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    window.clearTimeout(timer);
  }
}
