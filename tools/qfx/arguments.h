// The command line as it was given.
#pragma once

namespace qfx::command {

// Said once, by main.
void keep_arguments(char** argv);

// As main got it, null at the end: for a program that goes on in this one's place.
char** given_arguments();

}  // namespace qfx::command
