#include "http/listener.hpp"

#include "persistence/files.hpp"

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <sys/socket.h>

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

outcome<tcp::acceptor> adopt(asio::io_context& context, int listening) {
    const auto refuse = [](const std::string& why) {
        return failure{errc::unavailable, "the socket of the service manager: " + why};
    };
    int accepts = 0;
    socklen_t size = sizeof accepts;
    sockaddr_storage address{};
    socklen_t address_size = sizeof address;
    if (::getsockopt(listening, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) != 0 || accepts == 0)
        return refuse("it does not listen");
    if (::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &address_size) != 0 ||
        (address.ss_family != AF_INET && address.ss_family != AF_INET6))
        return refuse("it is not one of TCP");
    unique_fd own{::fcntl(listening, F_DUPFD_CLOEXEC, 0)};
    tcp::acceptor acceptor{context};
    error_code error;
    acceptor.assign(address.ss_family == AF_INET ? tcp::v4() : tcp::v6(), own.get(), error);
    if (error)
        return refuse(error.message());
    static_cast<void>(own.release());
    return acceptor;
}

} // namespace atelier::http
