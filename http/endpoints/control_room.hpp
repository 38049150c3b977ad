#pragma once

#include "http/control_room/control_room.hpp"
#include "http/endpoints/endpoint.hpp"

namespace atelier::http {

/// Of the control room, on the operator's listener.
using room_endpoint = answer(service&, control_room&, request&);

/// → the page; open, since it holds nothing yet
room_endpoint show_control_room;
/// → a file of it
room_endpoint show_control_room_file;
/// → 200 the overview
room_endpoint show_overview;
/// → 200 the overview as events, about once a second
room_endpoint stream_overview;
/// ?limit → 200 {kind, live, data}
room_endpoint list_live_actors;
/// → 200 {level}
room_endpoint show_log_level;
/// {level} → 200 {level}
room_endpoint set_log_level;

} // namespace atelier::http
