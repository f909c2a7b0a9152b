/** Stands in zod's place in the pages (next.config.ts), where it would be a seventh of all JavaScript: the AI SDK checks
 * each part of a stream against a schema. Ours is judged by that very schema in the service's own tests, so here it is
 * taken as it comes. */
interface Schema {
  (...given: unknown[]): Schema;
  _zod: object;
}

/** Every call by which a schema is written, and every schema. */
const anything: Schema = new Proxy((() => anything) as unknown as Schema, {
  get: () => anything,
  has: (_, name) => name === "_zod",
});

export const z = anything;
export const safeParseAsync = async (_: Schema, data: unknown) => ({ success: true, data });
export const toJSONSchema = () => ({});

/** zod 3's names of kinds, read by the same package. */
export const ZodFirstPartyTypeKind = {};
