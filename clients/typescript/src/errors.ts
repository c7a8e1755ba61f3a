import { Code, ConnectError } from "@connectrpc/connect";
import { anyUnpack } from "@bufbuild/protobuf/wkt";

import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import type { Status } from "./gen/google/rpc/status_pb.js";

/** One violated field of a request: its path, and what is wrong with it and would be right. */
export interface Violation {
  field: string;
  description: string;
}

/** A call that failed, or a lead that cannot be scored. */
export class LeadscoreError extends Error {
  override readonly name = "LeadscoreError";

  constructor(
    /** gRPC's code, such as InvalidArgument. */
    readonly code: keyof typeof Code,
    message: string,
    /** The reason for programs, such as INVALID_REQUEST. */
    readonly reason: string,
    /** Every violated field, where the request is wrong. */
    readonly violations: readonly Violation[],
    /** Finds the call in the server's log. */
    readonly requestId: string,
  ) {
    super(`${code}: ${message}`);
  }

  /** The request is wrong; unchanged it fails again. */
  get refused(): boolean {
    return this.code === "InvalidArgument";
  }
}

export function fromCall(cause: unknown): LeadscoreError {
  const error = ConnectError.from(cause);
  const violations = error.findDetails(BadRequestSchema).flatMap((bad) => bad.fieldViolations);
  return new LeadscoreError(
    Code[error.code] as keyof typeof Code,
    error.rawMessage,
    error.findDetails(ErrorInfoSchema)[0]?.reason ?? "",
    violations.map(({ field, description }) => ({ field, description })),
    error.findDetails(RequestInfoSchema)[0]?.requestId ?? "",
  );
}

export function fromStatus(status: Status): LeadscoreError {
  const violations = status.details.flatMap((detail) => anyUnpack(detail, BadRequestSchema)?.fieldViolations ?? []);
  return new LeadscoreError(
    Code[status.code] as keyof typeof Code,
    status.message,
    status.details.map((detail) => anyUnpack(detail, ErrorInfoSchema)?.reason).find(Boolean) ?? "",
    violations.map(({ field, description }) => ({ field, description })),
    "",
  );
}
