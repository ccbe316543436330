// What replicas say to each other, as bytes: consensus messages, and requests for history from a leader's disk. Opaque to
// the transport; grammar in docs/formats/replication-frames.md.
#pragma once

#include <optional>

#include "messages/symbol.hpp"
#include "persistence/consensus/types.hpp"
#include "persistence/replication/transport.hpp"

namespace tally::replication {

// From a follower far behind: send me what follows `after`, whose chain is this. An empty log asks after 0.
struct HistoryRequest {
  consensus::Index after = 0;
  Digest chain{};
};
// The founding of a log, for a node that has nothing of it.
struct Founding {
  consensus::Base base;
};

struct GroupFrame {
  Symbol shard;
  consensus::Generation generation = 0;
  consensus::Term term = 0;
  consensus::NodeId from = consensus::nobody;
  consensus::NodeId to = consensus::nobody;
  std::variant<consensus::Body, HistoryRequest, Founding> body;
};

// What waits for what: votes and heartbeats for nothing, history for everything.
Lane lane_of(const GroupFrame& frame);
Frame encode_frame(const GroupFrame& frame);
// Nothing where the bytes are no whole frame of a known kind, or their checksum does not fit.
std::optional<GroupFrame> decode_frame(const Frame& bytes);

}  // namespace tally::replication
