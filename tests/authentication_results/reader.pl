# A JSON list of fields on standard input; for each, a line with what Mail::AuthenticationResults reads.
use strict;
use warnings;
use JSON::PP;
use Mail::AuthenticationResults::Parser;

my $json = JSON::PP->new->utf8->canonical;
local $/ = undef;
my $fields = $json->decode(<STDIN>);

sub result {
    my ($entry) = @_;
    my @properties;
    for my $child (@{ $entry->children }) {
        push @properties, [ $child->key, $child->value ] if ref($child) =~ /SubEntry$/;
    }
    return [ $entry->key, $entry->value, \@properties ];
}

for my $field (@$fields) {
    my $said = eval {
        my $header = Mail::AuthenticationResults::Parser->new->parse($field);
        my @entries = grep { ref($_) !~ /Comment$/ } @{ $header->children };
        { id => $header->value->value, results => [ map { result($_) } @entries ] };
    };
    print $json->encode($said // { error => "$@" }), "\n";
}
