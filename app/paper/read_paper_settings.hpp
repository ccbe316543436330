// The section `paper` of a profile.
#pragma once

#include "app/paper/paper_settings.hpp"
#include "app/yaml_section.hpp"

namespace tally {

// Throws ProfileError.
PaperSettings read_paper_settings(YamlSection section);

}  // namespace tally
