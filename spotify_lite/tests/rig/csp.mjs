// Say what csp_evaluator finds in the content policy of the standard input: JSON, [{severity, directive, description}].

import { readFileSync } from "node:fs";
import { CspEvaluator } from "csp_evaluator/dist/evaluator.js";
import { Severity } from "csp_evaluator/dist/finding.js";
import { CspParser } from "csp_evaluator/dist/parser.js";

const { csp } = new CspParser(readFileSync(0, "utf8"));
const findings = new CspEvaluator(csp).evaluate();
console.log(
  JSON.stringify(
    findings.map(({ severity, directive, value, description }) => ({
      severity: Severity[severity],
      directive,
      value: value ?? "",
      description,
    })),
  ),
);
