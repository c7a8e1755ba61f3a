package serve

import (
	"errors"
	"io"

	"google.golang.org/grpc"

	leadscorev1 "leadscore/proto/leadscore/v1"
)

// errDraining ends a stream when the server stops.
var errDraining = errors.New("the server stops")

type scoreStream = grpc.BidiStreamingServer[leadscorev1.StreamScoreLeadsRequest, leadscorev1.StreamScoreLeadsResponse]

// StreamScoreLeads answers message after message, in order. Nothing is read while an answer waits to be taken, besides the one message
// that is decoded meanwhile: gRPC's flow control then holds the sender up, so memory does not grow with a stream.
func (s *scoring) StreamScoreLeads(stream scoreStream) error {
	incoming := receive(stream)
	for {
		select {
		case next := <-incoming:
			if errors.Is(next.err, io.EOF) {
				return nil
			}
			if next.err != nil {
				return next.err
			}
			results, by, err := s.batch(stream.Context(), next.request)
			if err != nil {
				return err
			}
			if err := stream.Send(&leadscorev1.StreamScoreLeadsResponse{Results: results, ScoredBy: by}); err != nil {
				return err
			}
		case <-stream.Context().Done(): // the client hung up
			return stream.Context().Err()
		case <-s.draining:
			return errDraining
		}
	}
}

// received is one message of a stream, or how the stream ended.
type received struct {
	request *leadscorev1.StreamScoreLeadsRequest
	err     error
}

// receive reads messages one ahead until the stream ends or its handler returns, which ends the reading too.
func receive(stream scoreStream) <-chan received {
	messages := make(chan received)
	go func() {
		for {
			request := new(leadscorev1.StreamScoreLeadsRequest)
			var this attempt
			this.message = request
			err := stream.RecvMsg(&this)
			if err == nil && this.err != nil {
				err = &undecodable{this.err}
			}
			select {
			case messages <- received{request, err}:
			case <-stream.Context().Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return messages
}
