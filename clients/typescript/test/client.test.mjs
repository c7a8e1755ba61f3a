// Against a real server: LEADSCORE_ADDRESS without security; LEADSCORE_SECURE, LEADSCORE_CA and LEADSCORE_TOKEN with it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Client, LeadscoreError } from "../dist/index.js";

const baseUrl = `http://${process.env.LEADSCORE_ADDRESS}`;
const asOf = new Date("2026-06-27T09:00:00Z");
const good = {
  id: "L-17",
  createdTime: new Date("2026-06-20T09:00:00Z"),
  fields: { country: "DE", employees: 250, annual_revenue: null, newsletter_opt_out: false, company_founded: new Date("2001-05-01") },
  events: [{ type: "pricing_page", time: new Date("2026-06-25T08:30:00Z") }],
};
const bad = { id: "L-18", fields: { employees: "many", colour: "red" } };

test("a score is explained", async () => {
  const score = await new Client({ baseUrl, model: "deals" }).score(good, { asOf });
  assert.ok(0 < score.low && score.low < score.probability && score.probability < score.high && score.high < 1);
  assert.equal(score.leadId, "L-17");
  assert.deepEqual(score.asOf, asOf);
  assert.equal(score.scoredBy.model, "deals");
  let total = score.raw.prediction.baselineLogOdds;
  for (const { logOdds } of score.contributions) total += logOdds;
  assert.equal(total, score.logOdds);
  assert.ok(["mql", "fast_lane", "held", "nurture", "excluded"].includes(score.qualification), score.qualification);
  assert.ok(["both_high", "rule_only", "model_only", "both_low"].includes(score.quadrant), score.quadrant);
});

test("missing is no zero", async () => {
  const client = new Client({ baseUrl, model: "deals" });
  const [none, nan, zero] = await Promise.all([null, NaN, 0].map(async (employees) => (await client.score({ id: "x", fields: { employees } }, { asOf })).probability));
  assert.equal(none, nan);
  assert.notEqual(none, zero);
});

test("a refusal names all fields", async () => {
  await assert.rejects(new Client({ baseUrl, model: "deals" }).score(bad, { requestId: "ts-2" }), (error) => {
    assert.ok(error instanceof LeadscoreError && error.refused);
    assert.deepEqual(error.violations.map((v) => v.field), ['lead.fields["colour"]', 'lead.fields["employees"]']);
    assert.equal(error.requestId, "ts-2");
    assert.equal(error.reason, "INVALID_REQUEST");
    return true;
  });
});

test("no such model; no server; no value", async () => {
  await assert.rejects(new Client({ baseUrl, model: "quotes" }).score(good), { code: "NotFound" });
  await assert.rejects(new Client({ baseUrl: "http://127.0.0.1:1", model: "deals", timeoutMs: 2000 }).score(good), { code: "Unavailable" });
  await assert.rejects(new Client({ baseUrl, model: "deals" }).score({ id: "x", fields: { employees: [1] } }), TypeError);
  await assert.rejects(new Client({ baseUrl, model: "deals" }).score({ id: "x", fields: { company_founded: new Date("soon") } }), /"company_founded": an invalid Date/);
  await assert.rejects(new Client({ baseUrl, model: "deals" }).score({ id: "x", createdTime: new Date("soon") }), TypeError);
});

test("many, in order, with their errors", async () => {
  const leads = Array.from({ length: 1203 }, (_, i) => ({ ...(i % 7 === 3 ? bad : good), id: `L-${i}` }));
  let i = 0;
  for await (const result of new Client({ baseUrl, model: "deals" }).scoreMany(leads, { asOf })) {
    if (i % 7 === 3) assert.ok(result instanceof LeadscoreError && result.refused && result.violations[0].field.startsWith("leads["));
    else assert.equal(result.leadId, `L-${i}`);
    i++;
  }
  assert.equal(i, leads.length);
});

test("no plaintext over the network", () => {
  assert.throws(() => new Client({ baseUrl: "http://scores.example.com", model: "deals", token: "t" }), /unencrypted/);
});

test("TLS and token", async () => {
  const secure = { baseUrl: `https://${process.env.LEADSCORE_SECURE}`, model: "deals", tls: { ca: readFileSync(process.env.LEADSCORE_CA) } };
  assert.equal((await new Client({ ...secure, token: process.env.LEADSCORE_TOKEN }).score(good, { asOf })).leadId, "L-17");
  await assert.rejects(new Client({ ...secure, token: "wrong" }).score(good), { code: "Unauthenticated" });
});
