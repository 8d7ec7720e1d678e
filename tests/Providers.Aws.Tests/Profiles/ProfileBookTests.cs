using Tenon.Api.Aws;
using Tenon.Api.Core;
using Tenon.Providers.Aws.Profiles;
using Tenon.Providers.Aws.Tests.Wire;

namespace Tenon.Providers.Aws.Tests.Profiles;

public sealed class ProfileBookTests : IDisposable
{
    private const string NoRole =
        "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>The role with name x cannot be found.</Message></Error></ErrorResponse>";
    private const string NoProfile =
        "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>Instance Profile cannot be found.</Message></Error></ErrorResponse>";

    private readonly FakeAws _aws = new();
    private readonly ProfileBook _book;

    public ProfileBookTests() =>
        _book = new ProfileBook(
            new IamClient(_aws.Session),
            new AwsOptions { ClusterName = "c", Region = "us-west-2" },
            _aws.Loop.Time
        );

    public void Dispose() => _aws.Dispose();

    private static Ec2NodeClass Class(string? role, string? given = null, string? was = null) =>
        new()
        {
            Metadata = new ObjectMeta { Name = "default", Uid = "uid-1" },
            Spec = new Ec2NodeClassSpec { Role = role, InstanceProfile = given },
            Status = new Ec2NodeClassStatus { InstanceProfile = was },
        };

    [Fact]
    public void The_name_of_early_versions_is_still_known() =>
        Assert.Equal("c_4067990795380418201", _book.NameOf("default", ""));

    [Fact]
    public void A_profile_of_the_users_own_needs_no_question()
    {
        Assert.Equal("mine", _aws.Run(() => _book.EnsureAsync(Class(null, "mine"), CancellationToken.None)).Value);
        Assert.Empty(_aws.Calls);
    }

    [Fact]
    public void A_missing_profile_is_made_with_the_last_part_of_the_roles_path()
    {
        _aws.Answer("CreateInstanceProfile", "<r/>").Answer("AddRoleToInstanceProfile", "<r/>");
        var made = _aws.Run(() => _book.EnsureAsync(Class("some/path/role-1"), CancellationToken.None)).Value;
        Assert.StartsWith("c_", made, StringComparison.Ordinal);
        Assert.Contains("Path=/karpenter/us-west-2/c/uid-1/", _aws.Calls[0], StringComparison.Ordinal);
        Assert.Contains("RoleName=role-1", _aws.Calls[1], StringComparison.Ordinal);
        Assert.Equal(
            made,
            _aws.Run(() => _book.EnsureAsync(Class("some/path/role-1", was: made), CancellationToken.None)).Value
        );
        Assert.Equal(2, _aws.Calls.Count);
    }

    [Fact]
    public void A_role_that_is_not_there_is_not_tried_again_at_once_and_leaves_no_profile()
    {
        _aws.Answer("CreateInstanceProfile", "<r/>")
            .Answer("AddRoleToInstanceProfile", NoRole, 404)
            .Answer("DeleteInstanceProfile", "<r/>");
        for (var attempt = 0; attempt < 3; attempt++)
            Assert.False(_aws.Run(() => _book.EnsureAsync(Class("x"), CancellationToken.None)).IsOk);
        Assert.Equal(3, _aws.Calls.Count);
        Assert.StartsWith("Action=DeleteInstanceProfile", _aws.Calls[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_profiles_of_a_class_that_goes_are_removed_whatever_is_left_of_them()
    {
        _aws.Answer(
                "ListInstanceProfiles",
                "<r><ListInstanceProfilesResult><InstanceProfiles><member><InstanceProfileName>c_1</InstanceProfileName></member></InstanceProfiles></ListInstanceProfilesResult></r>"
            )
            .Answer("GetInstanceProfile", NoProfile, 404);
        Assert.Null(_aws.Run(() => _book.DeleteOfAsync(Class("x"), CancellationToken.None)));
        Assert.Equal(3, _aws.Calls.Count);
    }
}
