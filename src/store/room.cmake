# The JSON library is most of what a file of this room compiles.
target_precompile_headers(qfx_store PRIVATE <nlohmann/json.hpp> <fmt/format.h> <algorithm> <map> <string> <vector>)
