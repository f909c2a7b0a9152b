import { text } from "@/lib/strings";

/** Whatever went wrong, in the one plain sentence that the reader is shown. `code` is stable, as the service names it;
 * our own are those of the way (OF_THE_WAY), `overdue` and `gateway`. `retryAfter`: seconds after which trying again makes sense. */
export class Problem extends Error {
  /** The service may know nothing of it, and may have gone on: what it has kept is worth a look. */
  get isOfTheWay(): boolean {
    return OF_THE_WAY.includes(this.code);
  }

  constructor(
    readonly code: string,
    sentence: string,
    readonly status = 0,
    readonly retryAfter: number | null = null,
    readonly incident: string | null = null,
  ) {
    super(sentence);
    this.name = "Problem";
  }
}

const OF_THE_WAY = ["offline", "unreachable", "cut", "silent", "timeout"];

interface ProblemJson {
  code?: unknown;
  detail?: unknown;
  incident?: unknown;
}

/** From an answer that is not 2xx: problem+json when somebody of ours gave it, else what its status means. */
export async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  if (response.headers.get("content-type")?.includes("json")) {
    const found = (await response.json().catch(() => ({}))) as ProblemJson;
    if (typeof found.detail === "string" && typeof found.code === "string") {
      const incident = typeof found.incident === "string" ? found.incident : null;
      return new Problem(found.code, found.detail, response.status, retryAfter, incident);
    }
  }
  return new Problem("gateway", gatewaySentence(response.status), response.status, retryAfter);
}

function gatewaySentence(status: number): string {
  if (status === 401) return text.failures.signedOut;
  if (status === 403) return text.failures.refused;
  if (status === 429) return text.failures.throttled;
  return text.failures.gateway;
}

/** From anything that was thrown on the way. Only an `error` part of a stream brings a sentence for the reader; what
 * else an exception says is for nobody's eyes. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isOffline()) return new Problem("offline", text.failures.offline);
  if (error instanceof TypeError) return new Problem("unreachable", text.failures.unreachable);
  const said = error instanceof Error && error.name === "Error" ? error.message : "";
  return new Problem("answer_failed", said || text.failures.unknown);
}

/** Of an answer whose connection broke off. */
export function cutProblem(): Problem {
  return new Problem("cut", isOffline() ? text.failures.cutOffline : text.failures.cut);
}

function isOffline(): boolean {
  return typeof navigator !== "undefined" && !navigator.onLine;
}
