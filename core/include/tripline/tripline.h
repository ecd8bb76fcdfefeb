// Tripline's engine in one include. Read in this order:
//
//   definitions.h   what the user wrote      read_definitions(json) → Definitions
//   program.h       what that compiles to    compile(definitions)   → Program
//   engine.h        what running keeps       Engine(program).process(event, now)
//                                             → triggered interventions
//   json.h          results as JSON          intervention_json(intervention)
//
// The engine knows no platform, clock, file or thread, and throws nothing: time comes in with each
// call, errors go out as values. The same input gives the same bytes on every host.
#pragma once

#include "tripline/definitions.h"
#include "tripline/diagnostic.h"
#include "tripline/engine.h"
#include "tripline/event.h"
#include "tripline/json.h"
#include "tripline/program.h"
#include "tripline/value.h"
