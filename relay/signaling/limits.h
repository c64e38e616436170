// Every bound of the rooms in one place. What happens at each is a test.
#pragma once

#include <chrono>
#include <cstddef>

namespace relay::signaling {

/// In all, of every kind, on all workers.
inline constexpr std::size_t max_rooms = 10'000;
/// Members of a room, unless the operator says so.
inline constexpr std::size_t default_room_size = 2;

/// Connections of a worker that sit in no room. Where there are more, those that have been there
/// for longer than this are closed.
inline constexpr std::size_t max_idle_connections = 1024;
inline constexpr std::chrono::seconds idle_time{30};

/// Of the chat, at once; a further one is turned away.
inline constexpr std::size_t max_chat_guests = 200;
/// What somebody says in it at once, in bytes.
inline constexpr std::size_t max_chat_message = 2048;

/// What an AppRTC client posts at once, in bytes; over a WebSocket that is the transport's bound.
inline constexpr std::size_t max_posted_message = std::size_t{64} * 1024;
/// What waits at an AppRTC room for a client that has not come or not registered yet, per sender.
inline constexpr std::size_t max_waiting_messages = 100;
inline constexpr std::size_t max_waiting_bytes = std::size_t{256} * 1024;
/// For an AppRTC client to register its WebSocket once it has joined, and again once it was lost.
inline constexpr std::chrono::seconds register_time{30};
inline constexpr std::chrono::seconds return_time{10};

}  // namespace relay::signaling
