import { checkSource } from "./check-source.ts";

const violations = checkSource(process.cwd());
for (const { path, line, rule, message } of violations) console.error(`${path}:${line} ${rule}: ${message}`);
if (violations.length > 0) process.exitCode = 1;
console.log(`source rules: ${violations.length} violations`);
