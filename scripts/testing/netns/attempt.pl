# Sends one packet for each argument `protocol address port`, as code of an attacker would: by the kernel's
# own calls, and without waiting for anything. Prints `sent`, or the error, for each.
use strict;
use warnings;
use Fcntl;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6 IPPROTO_TCP IPPROTO_UDP IPPROTO_ICMP);

my %kinds = (
  tcp     => [SOCK_STREAM, IPPROTO_TCP],
  udp     => [SOCK_DGRAM,  IPPROTO_UDP],
  udplite => [SOCK_DGRAM,  136],
  ping    => [SOCK_DGRAM,  undef],
  icmp    => [SOCK_RAW,    undef],
  other   => [SOCK_RAW,    253],
);
my @open;
for (@ARGV) {
  my ($name, $address, $port) = split / /;
  my $six  = $address =~ /:/;
  my ($type, $protocol) = @{ $kinds{$name} };
  $protocol //= $six ? 58 : IPPROTO_ICMP;
  my $family = $six ? AF_INET6 : AF_INET;
  my $bytes  = inet_pton($family, $address);
  my $target = $six ? pack_sockaddr_in6($port, $bytes) : pack_sockaddr_in($port, $bytes);
  if (!socket(my $socket, $family, $type, $protocol)) {
    print "$_: $!\n";
  } else {
    push @open, $socket;
    fcntl($socket, F_SETFL, O_NONBLOCK);
    # An echo request, without the checksum, which the kernel or nobody fills in.
    my $echo = pack('CCnnn', $six ? 128 : 8, 0, 0, 1, 1);
    my $done = $type == SOCK_STREAM ? connect($socket, $target) || $!{EINPROGRESS} : send($socket, $echo, 0, $target);
    print "$_: ", ($done ? 'sent' : $!), "\n";
  }
}
