package example;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import leadscore.v1.FieldValue;
import leadscore.v1.Lead;
import leadscore.v1.LeadEvent;
import leadscore.v1.LeadScoringServiceGrpc;
import leadscore.v1.LeadScoringServiceGrpc.LeadScoringServiceBlockingStub;
import leadscore.v1.MissingValue;
import leadscore.v1.ScoreLeadRequest;
import leadscore.v1.ScoreLeadResponse;

/**
 * Scores a lead, and shows what a refusal says.
 *
 * <p>Arguments: ADDRESS MODEL. A server on another machine is asked over TLS. Where it needs them: LEADSCORE_CA, the PEM file of the
 * authority that signed its certificate if the system does not know it, and LEADSCORE_TOKEN.
 */
public final class ScoreLead {
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 2) {
      System.err.println("usage: ScoreLead ADDRESS MODEL");
      System.exit(2);
    }
    ManagedChannel channel = Grpc.newChannelBuilder(args[0], credentials(args[0])).build();
    try {
      LeadScoringServiceBlockingStub scoring = authorized(LeadScoringServiceGrpc.newBlockingStub(channel));
      score(scoring, args[1]);
      refused(scoring, args[1]);
    } finally {
      channel.shutdown().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  /** Leads and tokens go over the network encrypted; plain text is for a server on this machine. */
  private static ChannelCredentials credentials(String address) throws IOException {
    String authority = System.getenv("LEADSCORE_CA");
    if (authority != null) {
      return TlsChannelCredentials.newBuilder().trustManager(new File(authority)).build();
    }
    return address.matches("(localhost|127\\.[0-9.]+|\\[::1]):[0-9]+")
        ? InsecureChannelCredentials.create()
        : TlsChannelCredentials.create();
  }

  private static LeadScoringServiceBlockingStub authorized(LeadScoringServiceBlockingStub scoring) {
    String token = System.getenv("LEADSCORE_TOKEN");
    if (token == null) {
      return scoring;
    }
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return scoring.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static void score(LeadScoringServiceBlockingStub scoring, String model) {
    Lead lead =
        Lead.newBuilder()
            .setId("L-17")
            .setCreatedTime(time("2026-06-20T09:00:00Z"))
            .putFields("country", FieldValue.newBuilder().setText("DE").build())
            .putFields("employees", FieldValue.newBuilder().setNumber(250).build())
            .putFields("annual_revenue", FieldValue.newBuilder().setMissing(MissingValue.getDefaultInstance()).build())
            .addEvents(LeadEvent.newBuilder().setType("pricing_page").setTime(time("2026-06-25T08:30:00Z")))
            .build();
    ScoreLeadResponse answer =
        scoring
            .withDeadlineAfter(5, TimeUnit.SECONDS)
            .scoreLead(ScoreLeadRequest.newBuilder().setModel(model).setLead(lead).setAsOf(time("2026-06-27T09:00:00Z")).build());
    System.out.printf(
        "%s: %.1f %%, %.1f points, %s, by %s%n",
        answer.getScore().getLeadId(),
        100 * answer.getScore().getPrediction().getProbability(),
        answer.getScore().getRuleScore().getPoints(),
        answer.getScore().getRuleScore().getQualification(),
        answer.getScoredBy().getVersion());
  }

  private static void refused(LeadScoringServiceBlockingStub scoring, String model) throws InvalidProtocolBufferException {
    Lead lead =
        Lead.newBuilder()
            .setId("L-18")
            .putFields("employees", FieldValue.newBuilder().setText("many").build())
            .putFields("colour", FieldValue.newBuilder().setText("red").build())
            .build();
    try {
      scoring.withDeadlineAfter(5, TimeUnit.SECONDS).scoreLead(ScoreLeadRequest.newBuilder().setModel(model).setLead(lead).build());
      throw new IllegalStateException("a lead with an unknown field was scored");
    } catch (StatusRuntimeException error) {
      System.out.println("refused: " + error.getStatus().getCode());
      for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(BadRequest.class)) {
          for (BadRequest.FieldViolation violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
            System.out.println("  " + violation.getField() + ": " + violation.getDescription());
          }
        }
      }
    }
  }

  private static Timestamp time(String text) {
    Instant at = Instant.parse(text);
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }

  private ScoreLead() {}
}
