#pragma once

#include "actors/domain/outcome.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace atelier::http {

/// The endpoint of a listening address such as "127.0.0.1" or "::"; names are not looked up.
[[nodiscard]] outcome<boost::asio::ip::tcp::endpoint> listening_endpoint(const std::string& address,
                                                                         std::uint16_t port);

/// Whether anybody else listens there. To be asked first: SO_REUSEPORT alone would let two programs of one
/// user share a port, each getting half of the requests.
[[nodiscard]] status check_free(const boost::asio::ip::tcp::endpoint& where);

/// An acceptor that listens and shares its port with others of this program (SO_REUSEPORT). `unavailable`
/// with a text for people when the port is taken, needs a privilege, or the machine has no such address.
[[nodiscard]] outcome<boost::asio::ip::tcp::acceptor> listen(boost::asio::io_context& context,
                                                             const boost::asio::ip::tcp::endpoint& where);

/// An acceptor for a listening TCP socket that somebody else has made, and goes on to hold: it is shared by
/// descriptors. `unavailable` when it is none.
[[nodiscard]] outcome<boost::asio::ip::tcp::acceptor> adopt(boost::asio::io_context& context, int listening);

} // namespace atelier::http
