/** zod, inside the AI SDK, looks whether it may compile code at run time. The content security policy says no, and counts
 * the question as a violation: so it is told beforehand. Imported before anything else. */
declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };

export {};
