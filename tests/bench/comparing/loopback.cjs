// Loaded before a server that listens on all interfaces: it listens on loopback only.
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return typeof port === 'number' || /^\d+$/.test(port) ? listen.call(this, Number(port), '127.0.0.1', ...rest)
                                                        : listen.call(this, port, ...rest);
};
