// Asks an endpoint once through the JavaScript SDK's own client and prints what the client made of it.
// stdin: {"url", "operation": "converse" | "stream", "input"}
// stdout: {"events": [...]} or {"document": {...}}, and {"error": {"name", "message", "status", "fault"}} when it failed
import { readFileSync } from "node:fs";
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const { url, operation, input } = JSON.parse(readFileSync(0, "utf8"));
const client = new BedrockRuntimeClient({
  endpoint: url,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
  // Its default handler speaks HTTP/2 only, the endpoint HTTP/1.1 as botocore does.
  requestHandler: new NodeHttpHandler(),
});

const seen = {};
try {
  if (operation === "converse") {
    seen.document = await client.send(new ConverseCommand(input));
  } else {
    seen.events = [];
    const response = await client.send(new ConverseStreamCommand(input));
    for await (const event of response.stream) seen.events.push(event);
  }
} catch (error) {
  seen.error = {
    name: error.name,
    message: error.message,
    status: error.$metadata?.httpStatusCode,
    fault: error.$fault,
  };
}
client.destroy();
process.stdout.write(JSON.stringify(seen));
