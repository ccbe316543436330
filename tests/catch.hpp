// Catch2 by whichever name this machine has it (v2: Debian 12; v3: later).
#pragma once
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
