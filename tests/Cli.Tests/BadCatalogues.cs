namespace Tenon.Cli.Tests;

/// <summary>A catalogue file with something wrong in it: the file, the entry, the field.</summary>
public sealed class BadCatalogues : IDisposable
{
    const string Offering = """
        {"Price": 0.1, "Requirements": [
          {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot"]},
          {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"]}]}
        """;

    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("", "line 1: not JSON")]
    [InlineData("{\"name\":", "line 1: not JSON")]
    [InlineData("{}", "expected a JSON array")]
    [InlineData("[]", "at least one entry")]
    [InlineData("[{\"name\": \"small\"}]", "entry 1")]
    [InlineData("[{\"name\": \"small\", CPU\"-4\"RES}]", "resources.cpu")]
    [InlineData("[{\"name\": \"small\", CPU\"four\"RES}]", "\"four\" is not a quantity")]
    [InlineData("[{\"name\": \"small\", CPU\"4\"RES}, {\"name\": \"small\", CPU\"4\"RES}]", "entry 2")]
    public void Is_refused_in_one_line(string json, string reason)
    {
        var text = json.Replace(
                "CPU",
                """
                "architecture": "amd64", "operatingSystems": ["linux"], "resources": {"memory": "8Gi", "cpu":
                """,
                StringComparison.Ordinal
            )
            .Replace("RES", "}, \"offerings\": [" + Offering + "]", StringComparison.Ordinal);
        var file = _scratch.Write("types.json", text);
        var ran = TenonBinary.Run("price", "--catalog", file);
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains(file, ran.Complaint);
        Assert.Contains(reason, ran.Complaint);
    }
}
