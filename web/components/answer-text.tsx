import { defaultSchema, sanitize } from "hast-util-sanitize";
import { type Components, toJsxRuntime } from "hast-util-to-jsx-runtime";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { toHast } from "mdast-util-to-hast";
import { gfmTable } from "micromark-extension-gfm-table";
import { memo, type ReactNode } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { Figure } from "@/components/figure";
import { ScrollRegion } from "@/components/scroll-region";
import { markReceipts, type Receipt } from "@/lib/receipts";
import { text } from "@/lib/strings";

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
  table: ({ children }) => (
    <ScrollRegion className="my-3" label={text.chat.table}>
      <table>{children}</table>
    </ScrollRegion>
  ),
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
  /** More of it is coming, or would have come. */
  unfinished: boolean;
}

export const AnswerText = memo(function AnswerText({ markdown, base, receipts, unfinished }: AnswerTextProps) {
  let at = base;
  return (
    <div className="prose">
      {blocksOf(unfinished ? withoutHalfATable(markdown) : markdown).map((block, place) => {
        const begins = at;
        at += block.length;
        // Made anew when its figures get their marks: React would write one piece of a line into another's node, which
        // a browser takes for words that moved.
        const key = `${place}-${receipts.length > 0 ? "marked" : "plain"}`;
        return <Block key={key} markdown={block} base={begins} receipts={receipts} />;
      })}
    </div>
  );
});

/** Only the last block of an answer that comes is read again with each token. */
const Block = memo(function Block({ markdown, base, receipts }: Omit<AnswerTextProps, "unfinished">) {
  return rendered(markdown, base, receipts);
});

/** Cut where a block has ended whatever comes: at a blank line, outside of code, before what belongs to no list. */
function blocksOf(markdown: string): string[] {
  const blocks: string[] = [];
  let begun = "";
  for (const piece of markdown.split(/(?<=\n\n)(?=[\p{L}#|])/u)) {
    begun += piece;
    if ((begun.match(/^ *(```|~~~)/gm)?.length ?? 0) % 2 === 1) continue;
    blocks.push(begun);
    begun = "";
  }
  return begun ? [...blocks, begun] : blocks;
}

/** A table's head is bars and dashes until the line under it is whole: it is shown from then on. A head has no line of
 * the table before it. */
function withoutHalfATable(markdown: string): string {
  return markdown.replace(/(?<=^|\n)(?<!(?:^|\n)\|[^\n]*\n)\|[^\n]*(\n[|:\- ]*)?$/, "");
}

const TABLES = { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] };

/** The steps that react-markdown takes, with tables as the only extension: the rest of its dialect is another 15 kB. */
function rendered(markdown: string, base: number, receipts: Receipt[]): ReactNode {
  const tree = fromMarkdown(markdown, TABLES);
  markReceipts(tree, { receipts, base });
  return toJsxRuntime(sanitize(toHast(tree), SCHEMA), {
    Fragment,
    jsx,
    jsxs,
    passNode: true,
    ignoreInvalidStyle: true,
    components: COMPONENTS,
  });
}
