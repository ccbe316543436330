// A socket of ours as what CAF's broker reads, writes and accepts on: plain, or CAF's OpenSSL session.
#pragma once

#include <caf/io/doorman.hpp>
#include <caf/io/scribe.hpp>

#include "actors/host/cluster/sockets.hpp"

namespace tally::cluster {

// Secure: goes through the TLS handshake in the calling thread, which takes seconds where the other end does not answer.
// Throws SocketError, or std::runtime_error where CAF cannot read the certificates.
caf::io::scribe_ptr scribe_of(caf::actor_system& system, Socket socket, bool secure);
caf::io::doorman_ptr doorman_of(caf::actor_system& system, Socket socket, bool secure);

}  // namespace tally::cluster
