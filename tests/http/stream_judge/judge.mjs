// Reads one stream a line ({"stream": "…"}) and answers a line each: {"chunks": n, "errors": […], "message": …}.
// The judge is npm `ai` itself: its schema for every part, and its own reader for what they amount to.
import { createInterface } from "node:readline";
import { parseJsonEventStream, readUIMessageStream, uiMessageChunkSchema } from "ai";

async function judge(stream) {
  const errors = [];
  const chunks = [];
  const parsed = parseJsonEventStream({
    stream: new Blob([stream]).stream(),
    schema: uiMessageChunkSchema,
  });
  for await (const result of parsed) {
    if (result.success) chunks.push(result.value);
    else errors.push(`${JSON.stringify(result.rawValue)}: ${result.error}`);
  }
  if (!stream.endsWith("data: [DONE]\n\n")) errors.push("the stream does not end with [DONE]");
  return { chunks: chunks.length, errors, message: await lastMessage(chunks, errors) };
}

async function lastMessage(chunks, errors) {
  const stream = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let message = null;
  const failed = chunks.some((chunk) => chunk.type === "error");
  try {
    const onError = (error) => { if (!failed) errors.push(`reader: ${error}`); };
    for await (const state of readUIMessageStream({ stream, onError })) message = state;
  } catch (error) {
    if (!failed) errors.push(`reader: ${error}`);
  }
  return message;
}

for await (const line of createInterface({ input: process.stdin })) {
  const verdict = await judge(JSON.parse(line).stream);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
}
