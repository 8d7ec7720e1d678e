using Tenon.Api.Core;
using Tenon.Api.Json;

namespace Tenon.Api.Tests;

public sealed class RoundTrip
{
    [Fact]
    public void A_field_we_do_not_know_survives()
    {
        const string Text =
            """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a","labels":{"x":"y"},"newer":{"deep":[1,2]}},"spec":{"later":true}}""";
        Assert.Equal(Text, ApiJson.WriteText(ApiJson.Parse<Namespace>(Text)));
    }

    [Fact]
    public void A_missing_or_null_list_reads_as_empty_and_an_empty_list_is_not_written()
    {
        var parsed = ApiJson.Parse<Namespace>("""{"metadata":{"finalizers":null,"annotations":{}}}""");
        Assert.Empty(parsed.Metadata.Finalizers);
        Assert.Empty(parsed.Metadata.Labels);
        Assert.Equal("v1", parsed.ApiVersion);
        Assert.Equal("""{"apiVersion":"v1","kind":"Namespace","metadata":{}}""", ApiJson.WriteText(parsed));
    }
}
