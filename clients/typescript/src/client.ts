import { type Client as ConnectClient, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";

import { fromCall, fromStatus, LeadscoreError } from "./errors.js";
import { Quadrant } from "./gen/leadscore/v1/comparison_pb.js";
import type { LeadScore } from "./gen/leadscore/v1/lead_score_pb.js";
import { Explanation, LeadScoringService, type ScoredBy } from "./gen/leadscore/v1/lead_scoring_service_pb.js";
import { Qualification } from "./gen/leadscore/v1/rule_score_pb.js";
import { type Lead, toWire } from "./lead.js";

/** Both scores of one lead. `raw` and `scoredBy` are the wire's own. */
export interface Score {
  leadId: string;
  asOf: Date | undefined;
  /** Of winning within the horizon, 0 to 1, with its 90 % interval. */
  probability: number;
  low: number;
  high: number;
  logOdds: number;
  /** The rule score. */
  points: number;
  grade: string;
  qualification: Lowercase<keyof typeof Qualification>;
  quadrant: Lowercase<keyof typeof Quadrant>;
  contributions: { term: string; label: string; logOdds: number; standardError: number }[];
  /** What the scores could not see of the lead, in words. */
  warnings: string[];
  scoredBy: ScoredBy;
  raw: LeadScore;
}

export interface Options {
  /** "https://scores.example.com"; "http://127.0.0.1:50051" for this machine only, unless plaintext is set. */
  baseUrl: string;
  /** "deals" (its champion), "deals@challenger" or "deals/VERSION". */
  model: string;
  /** Where the server asks for one. */
  token?: string;
  /** PEM: the authority of the server's certificate, and the client's own certificate, where they are needed. */
  tls?: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer };
  /** Allow other machines to be reached without encryption. */
  plaintext?: boolean;
  /** Of each call, in milliseconds; default 10,000. */
  timeoutMs?: number;
}

export interface Asking {
  /** The instant at which to look at the lead; now if not given. */
  asOf?: Date;
  /** Whether to explain the scores. */
  explain?: boolean;
  /** The caller's id of the request, for the server's log. */
  requestId?: string;
}

const mostLeads = 1000;

/** Asks a leadscore server for scores. */
export class Client {
  readonly #calls: ConnectClient<typeof LeadScoringService>;
  readonly #options: Options;

  constructor(options: Options) {
    const url = new URL(options.baseUrl);
    const here = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
    if (url.protocol !== "https:" && !here && !options.plaintext) {
      throw new TypeError(`${options.baseUrl}: leads would go over the network unencrypted; write https:, or set plaintext`);
    }
    this.#options = options;
    const authorize: Interceptor = (next) => (request) => {
      if (options.token !== undefined) request.header.set("authorization", `Bearer ${options.token}`);
      return next(request);
    };
    this.#calls = createClient(
      LeadScoringService,
      createGrpcTransport({ baseUrl: options.baseUrl, interceptors: [authorize], nodeOptions: options.tls ?? {}, defaultTimeoutMs: options.timeoutMs ?? 10_000 }),
    );
  }

  /** Both scores of one lead. Throws a LeadscoreError, with every violated field for a lead that cannot be scored. */
  async score(lead: Lead, asking: Asking = {}): Promise<Score> {
    try {
      const answer = await this.#calls.scoreLead(
        { model: this.#options.model, lead: toWire(lead), ...question(asking, true) },
        { headers: asking.requestId === undefined ? {} : { "x-request-id": asking.requestId } },
      );
      return score(answer.score!, answer.scoredBy!);
    } catch (error) {
      throw error instanceof TypeError ? error : fromCall(error);
    }
  }

  /** A score for each lead in their order, or the error of one that cannot be scored; any number of leads. Explains only if asked. */
  async *scoreMany(leads: Iterable<Lead> | AsyncIterable<Lead>, asking: Asking = {}, batch = 500): AsyncGenerator<Score | LeadscoreError> {
    if (!(batch >= 1 && batch <= mostLeads)) throw new RangeError(`batch of ${batch} leads; want 1 to ${mostLeads}`);
    let some: Lead[] = [];
    for await (const lead of leads) {
      if (some.push(lead) < batch) continue;
      yield* await this.#batch(some, asking);
      some = [];
    }
    if (some.length > 0) yield* await this.#batch(some, asking);
  }

  async #batch(leads: Lead[], asking: Asking): Promise<(Score | LeadscoreError)[]> {
    const wire = leads.map(toWire);
    try {
      const answer = await this.#calls.batchScoreLeads({ model: this.#options.model, leads: wire, ...question(asking, false) });
      return answer.results.map(({ result }) => {
        if (result.case === "error") return fromStatus(result.value);
        return score(result.value!, answer.scoredBy!);
      });
    } catch (error) {
      throw fromCall(error);
    }
  }
}

function question(asking: Asking, explain: boolean) {
  return {
    explanation: asking.explain ?? explain ? Explanation.FULL : Explanation.NONE,
    ...(asking.asOf ? { asOf: timestampFromDate(asking.asOf) } : {}),
  };
}

function score(raw: LeadScore, scoredBy: ScoredBy): Score {
  const prediction = raw.prediction!;
  const rules = raw.ruleScore!;
  return {
    leadId: raw.leadId,
    asOf: raw.asOf && timestampDate(raw.asOf),
    probability: prediction.probability,
    low: prediction.interval!.low,
    high: prediction.interval!.high,
    logOdds: prediction.logOdds,
    points: rules.points,
    grade: rules.grade,
    qualification: Qualification[rules.qualification]!.toLowerCase() as Score["qualification"],
    quadrant: Quadrant[raw.comparison!.quadrant]!.toLowerCase() as Score["quadrant"],
    contributions: prediction.contributions.map(({ term, label, logOdds, standardError }) => ({ term, label, logOdds, standardError })),
    warnings: raw.coverage!.warnings,
    scoredBy,
    raw,
  };
}
