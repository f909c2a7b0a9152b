import { memo } from "react";
import Markdown, { type Components } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { Figure } from "@/components/figure";
import { markReceipts, type Receipt } from "@/lib/receipts";

/** Text, lists, tables and code; no picture, nothing that loads by itself, and links only to the web. A figure's mark
 * is ours: raw HTML in an answer stays text, so nobody else can write one. */
const SCHEMA: typeof defaultSchema = {
  ...defaultSchema,
  tagNames: (defaultSchema.tagNames ?? []).filter((name) => !["img", "input", "picture", "source"].includes(name)),
  attributes: { ...defaultSchema.attributes, span: ["dataReceipt"] },
  protocols: { ...defaultSchema.protocols, href: ["http", "https"] },
};

const COMPONENTS: Components = {
  span: ({ node, children }) => {
    const number = node?.properties.dataReceipt;
    return number === undefined ? <span>{children}</span> : <Figure number={Number(number)}>{children}</Figure>;
  },
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
};

interface AnswerTextProps {
  markdown: string;
  /** Where it begins within the whole answer. */
  base: number;
  receipts: Receipt[];
}

export const AnswerText = memo(function AnswerText({ markdown, base, receipts }: AnswerTextProps) {
  return (
    <div className="prose">
      <Markdown
        remarkPlugins={[remarkGfm, [markReceipts, { receipts, base }]]}
        rehypePlugins={[[rehypeSanitize, SCHEMA]]}
        components={COMPONENTS}
      >
        {markdown}
      </Markdown>
    </div>
  );
});
