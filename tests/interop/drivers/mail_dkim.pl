# Mail::DKIM (Debian: libmail-dkim-perl) as a signer and a verifier. JSON request as argument 1, message on stdin.
#
# The module wants CRLF line ends, and a CRLF after the last line; its documentation leaves that to the
# caller (SYNOPSIS of Mail::DKIM::Signer: "remove local line terminators ... use SMTP line terminators").
# So does this driver.
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Mail::DKIM::TextWrap;

my $request = decode_json( $ARGV[0] );
if ( $request->{do} eq 'version' ) {
    print "$Mail::DKIM::Signer::VERSION\n";
    exit 0;
}

binmode STDIN;
binmode STDOUT;
my $message = do { local $/; <STDIN> };
$message = '' unless defined $message;

sub feed {
    my ($dkim) = @_;
    for my $line ( split /^/, $message ) {
        $line =~ s/\r?\n\z//;
        $dkim->PRINT("$line\015\012");
    }
    $dkim->CLOSE;
}

if ( $request->{do} eq 'verify' ) {
    my $dkim = Mail::DKIM::Verifier->new();
    feed($dkim);
    for my $signature ( $dkim->signatures ) {
        print encode_json(
            {   selector => $signature->selector,
                domain   => $signature->domain,
                ok       => $signature->result eq 'pass' ? JSON::PP::true : JSON::PP::false,
                detail   => $signature->result_detail,
            }
        ), "\n";
    }
    exit 0;
}

my $dkim = Mail::DKIM::Signer->new(
    Algorithm => $request->{algorithm},
    Method    => $request->{canonicalization},
    Domain    => $request->{domain},
    Selector  => $request->{selector},
    KeyFile   => $request->{key},
);
if ( $request->{headers} ) {

    # '*': every instance there is; '+': that and one more
    my %wanted = map { lc($_) => '*' } @{ $request->{headers} };
    $wanted{ lc $_ } = '+' for @{ $request->{oversign} };
    $dkim->extended_headers( \%wanted );
}
feed($dkim);
my $end   = $message =~ /\r\n/ ? "\r\n" : "\n";
my $field = $dkim->signature->as_string;
$field =~ s/\r?\n/$end/g;
print $field, $end, $message;
