import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";

import { type FieldValue, FieldValueSchema, type Lead as WireLead, LeadEventSchema, LeadSchema } from "./gen/leadscore/v1/lead_pb.js";

/** What a field may hold. null, undefined and NaN say that nothing is known. */
export type Value = number | string | boolean | Date | null | undefined;

/** A person or company that may buy: its fields by the names of the model's schema, and what it did, in any order. */
export interface Lead {
  id: string;
  createdTime?: Date;
  fields?: Record<string, Value>;
  events?: readonly { type: string; time: Date }[];
}

export function toWire(lead: Lead): WireLead {
  const wire = create(LeadSchema, { id: lead.id });
  if (lead.createdTime) wire.createdTime = instant("createdTime", lead.createdTime);
  for (const [name, value] of Object.entries(lead.fields ?? {})) wire.fields[name] = fieldValue(name, value);
  wire.events = (lead.events ?? []).map(({ type, time }) => create(LeadEventSchema, { type, time: instant(`time of event ${JSON.stringify(type)}`, time) }));
  return wire;
}

function instant(what: string, date: Date) {
  if (Number.isNaN(date.getTime())) throw new TypeError(`${what}: an invalid Date; null says that nothing is known`);
  return timestampFromDate(date);
}

function fieldValue(name: string, value: Value): FieldValue {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return create(FieldValueSchema, { value: { case: "missing", value: {} } });
  }
  if (value instanceof Date) return create(FieldValueSchema, { value: { case: "timestamp", value: instant(`field ${JSON.stringify(name)}`, value) } });
  switch (typeof value) {
    case "number":
      return create(FieldValueSchema, { value: { case: "number", value } });
    case "string":
      return create(FieldValueSchema, { value: { case: "text", value } });
    case "boolean":
      return create(FieldValueSchema, { value: { case: "boolean", value } });
  }
  throw new TypeError(`field ${JSON.stringify(name)}: a ${typeof value} is no value; want a number, a text, a boolean, a Date or null`);
}
