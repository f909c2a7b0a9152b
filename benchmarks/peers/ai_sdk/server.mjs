// The Vercel AI SDK on Node: streamText with the Bedrock provider, piped into the response. `node server.mjs PORT`.

import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { streamText } from "ai";
import { createServer } from "node:http";

const bedrock = createAmazonBedrock({
  region: process.env.AWS_REGION,
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  baseURL: process.env.BEDROCK_ENDPOINT,
});
const model = bedrock(process.env.BEDROCK_MODEL_ID);

async function answer(request, response) {
  if (request.url !== "/ask") {
    response.end("{}");
    return;
  }
  const body = [];
  for await (const piece of request) body.push(piece);
  const { question } = JSON.parse(Buffer.concat(body).toString());
  streamText({ model, prompt: question }).pipeUIMessageStreamToResponse(response);
}

createServer(answer).listen(Number(process.argv[2]), "127.0.0.1");
