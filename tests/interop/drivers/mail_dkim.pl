# Mail::DKIM (Debian: libmail-dkim-perl) as a signer and a verifier. JSON request as argument 1, message on stdin.
#
# With {"do": "verify-many"}, stdin has a path of a message on each line; each answer is a line of JSON:
# {"passes": [for each signature that it could read, from the top], "said": [the reasons]}.
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

sub feed {
    my ( $dkim, $message ) = @_;
    for my $line ( split /^/, $message ) {
        $line =~ s/\r?\n\z//;
        $dkim->PRINT("$line\015\012");
    }
    $dkim->CLOSE;
}

sub verify_file {
    my ($path) = @_;
    my ( @passes, @said );
    eval {
        open my $file, '<:raw', $path or die "$path: $!";
        my $message = do { local $/; <$file> };
        my $dkim = Mail::DKIM::Verifier->new();
        feed( $dkim, defined $message ? $message : '' );
        for my $signature ( $dkim->signatures ) {
            push @passes, ( $signature->result // '' ) eq 'pass' ? JSON::PP::true : JSON::PP::false;
            push @said, $signature->result_detail;
        }
        push @said, $dkim->result_detail unless @passes;
        1;
    } or push @said, "died: $@";
    return { passes => \@passes, said => \@said };
}

if ( $request->{do} eq 'verify-many' ) {
    $| = 1;
    while ( my $path = <STDIN> ) {
        chomp $path;
        print encode_json( verify_file($path) ), "\n";
    }
    exit 0;
}

binmode STDIN;
binmode STDOUT;
my $message = do { local $/; <STDIN> };
$message = '' unless defined $message;

if ( $request->{do} eq 'verify' ) {
    my $dkim = Mail::DKIM::Verifier->new();
    feed( $dkim, $message );
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
feed( $dkim, $message );
my $end   = $message =~ /\r\n/ ? "\r\n" : "\n";
my $field = $dkim->signature->as_string;
$field =~ s/\r?\n/$end/g;
print $field, $end, $message;
