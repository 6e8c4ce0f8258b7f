// Prints what AsyncAPI's own parser finds wrong with a document (errors and warnings), one line each.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const WARNING = 1; // of its severities: 0 error, 1 warning, 2 information, 3 hint
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const found = diagnostics.filter((each) => each.severity <= WARNING);
for (const each of found) console.log(`${each.code} at ${each.path.join(".")}: ${each.message}`);
process.exitCode = document === undefined || found.length > 0 ? 1 : 0;
