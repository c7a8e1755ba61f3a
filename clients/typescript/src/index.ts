export { type Asking, Client, type Options, type Score } from "./client.js";
export { LeadscoreError, type Violation } from "./errors.js";
export type { Lead, Value } from "./lead.js";
