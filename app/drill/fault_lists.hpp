// The kinds of faults, each in a file of its own, and what they share.
#pragma once

#include "app/drill/fault.hpp"

namespace tally::drill {

void add_process_faults(std::vector<Fault>& all);
void add_network_faults(std::vector<Fault>& all);
void add_disk_faults(std::vector<Fault>& all);
void add_client_faults(std::vector<Fault>& all);

std::string can_always();   // Fault::missing of what needs nothing

}  // namespace tally::drill
