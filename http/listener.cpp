#include "http/listener.hpp"

#include <boost/asio/io_context.hpp>

namespace atelier::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

std::string to_text(const tcp::endpoint& where) {
    const auto address = where.address().to_string();
    return (where.address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(where.port());
}

failure cannot_listen(const tcp::endpoint& where, const error_code& error) {
    const auto reason = [&]() -> std::string {
        if (error == asio::error::address_in_use)
            return "another program uses this port";
        if (error == asio::error::access_denied || error == asio::error::no_permission)
            return "no permission; ports below 1024 need a privilege";
        if (error == boost::system::errc::address_not_available)
            return "this machine has no such address";
        return error.message();
    };
    return {errc::unavailable, "cannot listen on " + to_text(where) + ": " + reason()};
}

} // namespace

outcome<tcp::endpoint> listening_endpoint(const std::string& address, std::uint16_t port) {
    error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    if (error)
        return failure{errc::unavailable, "cannot listen on '" + address + "': it is not an IP address"};
    return tcp::endpoint{parsed, port};
}

status check_free(const tcp::endpoint& where) {
    if (where.port() == 0)
        return done{};
    asio::io_context context{1};
    tcp::acceptor probe{context};
    error_code error;
    probe.open(where.protocol(), error);
    if (!error)
        probe.set_option(tcp::acceptor::reuse_address{true},
                         error); // connections that are closing do not matter
    if (!error)
        probe.bind(where, error);
    if (!error)
        probe.listen(1, error);
    if (error)
        return cannot_listen(where, error);
    return done{};
}

outcome<tcp::acceptor> listen(asio::io_context& context, const tcp::endpoint& where) {
    tcp::acceptor acceptor{context};
    error_code error;
    acceptor.open(where.protocol(), error);
    if (!error)
        acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error)
        acceptor.set_option(reuse_port{true}, error);
    if (!error)
        acceptor.bind(where, error);
    if (!error)
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return cannot_listen(where, error);
    return acceptor;
}

} // namespace atelier::http
