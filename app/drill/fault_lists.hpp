// The kinds of faults, each in a file of its own, and what they share.
#pragma once

#include "app/drill/fault.hpp"

namespace tally::drill {

void add_process_faults(std::vector<Fault>& all);
void add_network_faults(std::vector<Fault>& all);
void add_disk_faults(std::vector<Fault>& all);
void add_client_faults(std::vector<Fault>& all);
void add_account_faults(std::vector<Fault>& all);
void add_limit_faults(std::vector<Fault>& all);
void add_certificate_faults(std::vector<Fault>& all);
void add_clock_faults(std::vector<Fault>& all);
void add_double_faults(std::vector<Fault>& all);
void add_version_faults(std::vector<Fault>& all);

std::string can_always(const Means&);   // Fault::missing of what needs nothing
// Fault::missing of what no machine can, with the reason; and its Fault::inject.
std::function<std::string(const Means&)> cannot(std::string why);
void never(Scene&, FaultSeen&);

// Kills it, and starts it again after its time.
void kill_and_restart(Scene& scene, DrillNode& node, FaultSeen& seen);
// Lets time pass until `is`, at most so long; what `is` said last.
bool watch_until(Scene& scene, int patience_ms, const std::function<bool()>& is);
// What a node has written to its log so far.
std::string log_of(const Scene& scene, const DrillNode& node);

}  // namespace tally::drill
