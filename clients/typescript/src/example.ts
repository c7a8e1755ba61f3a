// Scores a lead, and shows what a refusal says.   node dist/example.js http://127.0.0.1:50051 deals
import { Client, LeadscoreError } from "./index.js";

const [baseUrl = "http://127.0.0.1:50051", model = "deals"] = process.argv.slice(2);
const client = new Client({ baseUrl, model });
const score = await client.score(
  {
    id: "L-17",
    createdTime: new Date("2026-06-20T09:00:00Z"),
    fields: { country: "DE", employees: 250, seniority: "executive", annual_revenue: null },
    events: [{ type: "pricing_page", time: new Date("2026-06-25T08:30:00Z") }],
  },
  { asOf: new Date("2026-06-27T09:00:00Z") },
);
console.log(`${score.leadId}: ${(100 * score.probability).toFixed(1)} %, ${score.points} points, ${score.qualification}`);
try {
  await client.score({ id: "L-18", fields: { employees: "many", colour: "red" } });
} catch (error) {
  if (!(error instanceof LeadscoreError) || !error.refused) throw error;
  for (const { field, description } of error.violations) console.log(`  refused: ${field}: ${description}`);
}
