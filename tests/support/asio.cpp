// Asio's own code, for test programs that do not link http, where it is compiled otherwise.
#include <boost/asio/impl/src.hpp>
